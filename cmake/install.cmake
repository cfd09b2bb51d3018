# SPDX-License-Identifier: MIT
# Install rules: libraries, headers, find_package(troika), pkg-config, the command.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/troika)
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_to_prefix /${pkgconfig_dir} /)

# The component's targets in an export file of their own, so that a user who asks for `core` needs
# nothing that only another component needs.
# troika_install(component target)
function(troika_install component target)
    install(TARGETS ${target} EXPORT troika-${component} COMPONENT Development
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    install(EXPORT troika-${component} NAMESPACE troika:: DESTINATION ${package_dir}
        COMPONENT Development)
endfunction()

# troika_pkgconfig(name DESCRIPTION text [REQUIRES packages...] [PRIVATE packages...]
#                  [LIBS flags...])
function(troika_pkgconfig name)
    cmake_parse_arguments(pc "" "DESCRIPTION" "REQUIRES;PRIVATE;LIBS" ${ARGN})
    list(TRANSFORM pc_REQUIRES APPEND " = ${PROJECT_VERSION}")
    list(JOIN pc_REQUIRES ", " pc_REQUIRES)
    list(JOIN pc_PRIVATE ", " pc_PRIVATE)
    list(JOIN pc_LIBS " " pc_LIBS)
    set(pc_NAME ${name})
    configure_file(${PROJECT_SOURCE_DIR}/packaging/troika.pc.in
        ${PROJECT_BINARY_DIR}/packaging/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/packaging/${name}.pc DESTINATION ${pkgconfig_dir}
        COMPONENT Development)
endfunction()

get_property(components GLOBAL PROPERTY troika_components)
set(component_requires "")
foreach(component IN LISTS components)
    get_target_property(description troika_${component} TROIKA_DESCRIPTION)
    get_target_property(requires troika_${component} TROIKA_REQUIRES)
    get_target_property(packages troika_${component} TROIKA_PACKAGES)
    get_target_property(private troika_${component} TROIKA_PKGCONFIG)
    string(APPEND component_requires "set(troika_requires_${component} ${requires})\n"
        "set(troika_packages_${component} ${packages})\n")
    troika_install(${component} troika_${component})
    list(TRANSFORM requires PREPEND troika-)
    troika_pkgconfig(troika-${component} DESCRIPTION "${description}" REQUIRES ${requires}
        PRIVATE ${private}
        LIBS -L\${libdir} -ltroika-${component} -pthread)
endforeach()
troika_install(troika troika_all)
get_property(umbrella GLOBAL PROPERTY troika_umbrella_components)
list(TRANSFORM umbrella PREPEND troika- OUTPUT_VARIABLE packages)
troika_pkgconfig(troika DESCRIPTION "${PROJECT_DESCRIPTION}" REQUIRES ${packages})

configure_package_config_file(packaging/troikaConfig.cmake.in
    ${PROJECT_BINARY_DIR}/packaging/troikaConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/packaging/troikaConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/packaging/troikaConfig.cmake
    ${PROJECT_BINARY_DIR}/packaging/troikaConfigVersion.cmake
    ${PROJECT_SOURCE_DIR}/cmake/supported_compiler.cmake
    ${PROJECT_SOURCE_DIR}/cmake/FindHttpLibraries.cmake
    ${PROJECT_SOURCE_DIR}/cmake/FindMpiC.cmake
    DESTINATION ${package_dir} COMPONENT Development)

if(TARGET troika)
    install(TARGETS troika RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT Command)
    if(TARGET troika_mpi_command)
        install(TARGETS troika_mpi_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
            COMPONENT Command)
    endif()
endif()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR}
    COMPONENT Development)
